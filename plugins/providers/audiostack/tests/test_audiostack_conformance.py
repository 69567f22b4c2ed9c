from crossroads.testing import provider_conformance

TestAudiostack = provider_conformance("audiostack")
