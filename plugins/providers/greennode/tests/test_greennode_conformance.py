from crossroads.testing import provider_conformance

TestGreennode = provider_conformance("greennode")
