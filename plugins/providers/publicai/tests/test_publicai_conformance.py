from crossroads.testing import provider_conformance

TestPublicai = provider_conformance("publicai")
