from crossroads.testing import provider_conformance

TestLlmApi = provider_conformance("llm-api")
