from crossroads.testing import provider_conformance

TestPpio = provider_conformance("ppio")
