from crossroads.testing import provider_conformance

TestPoe = provider_conformance("poe")
