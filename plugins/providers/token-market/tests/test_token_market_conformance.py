from crossroads.testing import provider_conformance

TestTokenMarket = provider_conformance("token-market")
