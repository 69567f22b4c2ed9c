from crossroads.testing import provider_conformance

TestLlmgateway = provider_conformance("llmgateway")
