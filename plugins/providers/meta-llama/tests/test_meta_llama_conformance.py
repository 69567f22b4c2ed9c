from crossroads.testing import provider_conformance

TestMetaLlama = provider_conformance("meta-llama")
