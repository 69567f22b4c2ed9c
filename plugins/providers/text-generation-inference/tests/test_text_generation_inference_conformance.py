from crossroads.testing import provider_conformance

TestTextGenerationInference = provider_conformance("text-generation-inference")
