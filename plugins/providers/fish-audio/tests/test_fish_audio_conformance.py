from crossroads.testing import provider_conformance

TestFishAudio = provider_conformance("fish-audio")
