from crossroads.testing import provider_conformance

TestAiRouter = provider_conformance("ai-router")
