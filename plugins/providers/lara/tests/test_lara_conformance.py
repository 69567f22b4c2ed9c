from crossroads.testing import provider_conformance

TestLara = provider_conformance("lara")
