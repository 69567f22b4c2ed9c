from crossroads.testing import provider_conformance

TestDId = provider_conformance("d-id")
