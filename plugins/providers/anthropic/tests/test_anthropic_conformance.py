from crossroads.testing import provider_conformance

TestAnthropic = provider_conformance("anthropic", "recordings")
