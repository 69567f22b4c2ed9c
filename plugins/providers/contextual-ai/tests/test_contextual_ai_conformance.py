from crossroads.testing import provider_conformance

TestContextualAi = provider_conformance("contextual-ai")
