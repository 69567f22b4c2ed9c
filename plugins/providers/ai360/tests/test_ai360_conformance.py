from crossroads.testing import provider_conformance

TestAi360 = provider_conformance("ai360")
