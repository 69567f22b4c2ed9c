from crossroads.testing import provider_conformance

TestAiHorde = provider_conformance("ai-horde")
