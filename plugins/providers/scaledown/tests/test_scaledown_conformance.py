from crossroads.testing import provider_conformance

TestScaledown = provider_conformance("scaledown")
