from crossroads.testing import provider_conformance

TestGradium = provider_conformance("gradium")
