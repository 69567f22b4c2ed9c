from crossroads.testing import provider_conformance

TestHyperbolic = provider_conformance("hyperbolic", "recordings")
