from crossroads.testing import provider_conformance

TestCentml = provider_conformance("centml")
