from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestElevenLabs = provider_conformance("elevenlabs", answer=SPEAKING)
