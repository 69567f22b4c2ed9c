from crossroads.testing import provider_conformance

TestLiquid = provider_conformance("liquid")
