from crossroads.testing import provider_conformance

TestUnboundAi = provider_conformance("unbound-ai")
