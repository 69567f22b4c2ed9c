from crossroads.testing import provider_conformance

TestSpeechmatics = provider_conformance("speechmatics")
