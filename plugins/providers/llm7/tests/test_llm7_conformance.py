from crossroads.testing import provider_conformance

TestLlm7 = provider_conformance("llm7")
