from crossroads.testing import provider_conformance

TestOllamaCloud = provider_conformance("ollama-cloud", "recordings")
