from crossroads.testing import provider_conformance

TestOpenAI = provider_conformance("openai")
