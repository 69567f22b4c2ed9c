from crossroads.testing import provider_conformance

TestGradientPreemo = provider_conformance("gradient-preemo")
