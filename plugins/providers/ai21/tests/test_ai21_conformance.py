from crossroads.testing import provider_conformance

TestAi21 = provider_conformance("ai21")
