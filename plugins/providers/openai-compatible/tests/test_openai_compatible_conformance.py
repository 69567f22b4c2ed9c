from crossroads.testing import provider_conformance

TestOpenAICompatible = provider_conformance("openai-compatible")
