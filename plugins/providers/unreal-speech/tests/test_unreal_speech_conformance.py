from crossroads.testing import provider_conformance
from crossroads.testing.first_calls import SPEAKING

TestUnrealSpeech = provider_conformance("unreal-speech", answer=SPEAKING)
