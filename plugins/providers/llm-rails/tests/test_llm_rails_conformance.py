from crossroads.testing import provider_conformance

TestLlmRails = provider_conformance("llm-rails")
