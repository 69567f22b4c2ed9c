from crossroads.testing import provider_conformance

TestLlmtech = provider_conformance("llmtech")
