from crossroads.testing import provider_conformance

TestLlamaCloud = provider_conformance("llama-cloud")
