from crossroads.testing import provider_conformance

TestModelis = provider_conformance("modelis")
