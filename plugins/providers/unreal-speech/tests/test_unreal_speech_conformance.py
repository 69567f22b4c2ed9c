from crossroads.testing import provider_conformance

TestUnrealSpeech = provider_conformance("unreal-speech")
