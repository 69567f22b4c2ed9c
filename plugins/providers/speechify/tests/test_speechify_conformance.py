from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSpeechify = provider_conformance("speechify", answer=SPEAKING)
