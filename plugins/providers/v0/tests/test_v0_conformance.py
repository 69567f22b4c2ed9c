from crossroads.testing import provider_conformance

TestV0 = provider_conformance("v0")
