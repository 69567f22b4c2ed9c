from crossroads.testing import provider_conformance

TestSarvam = provider_conformance("sarvam")
