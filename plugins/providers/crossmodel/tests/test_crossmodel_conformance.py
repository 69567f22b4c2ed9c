from crossroads.testing import provider_conformance

TestCrossmodel = provider_conformance("crossmodel")
