from crossroads.testing import provider_conformance

TestSpeechify = provider_conformance("speechify")
