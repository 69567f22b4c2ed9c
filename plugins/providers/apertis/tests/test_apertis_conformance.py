from crossroads.testing import provider_conformance

TestApertis = provider_conformance("apertis")
