from crossroads.testing import provider_conformance

TestGaladriel = provider_conformance("galadriel")
