from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestSpeechmatics = provider_conformance("speechmatics", answer=SPEAKING)
