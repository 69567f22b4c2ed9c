from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestDeepgram = provider_conformance("deepgram", answer=SPEAKING)
