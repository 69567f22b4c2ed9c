from crossroads.testing import provider_conformance

TestInferenceapis = provider_conformance("inferenceapis")
