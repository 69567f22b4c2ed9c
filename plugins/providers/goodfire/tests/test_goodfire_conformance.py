from crossroads.testing import provider_conformance

TestGoodfire = provider_conformance("goodfire")
