from crossroads.testing import provider_conformance

TestOllama = provider_conformance("ollama", "recordings")
