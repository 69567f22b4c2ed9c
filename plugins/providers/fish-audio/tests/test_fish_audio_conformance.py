from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestFishAudio = provider_conformance("fish-audio", answer=SPEAKING)
