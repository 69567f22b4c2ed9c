from crossroads.testing import provider_conformance

TestElevenLabs = provider_conformance("elevenlabs")
