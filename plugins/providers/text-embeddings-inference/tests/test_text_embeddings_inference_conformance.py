from crossroads.testing import provider_conformance

TestTextEmbeddingsInference = provider_conformance("text-embeddings-inference")
