from crossroads.testing import provider_conformance

TestLlamaEdge = provider_conformance("llama-edge")
