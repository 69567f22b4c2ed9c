from crossroads.testing import provider_conformance

TestLlmtr = provider_conformance("llmtr")
