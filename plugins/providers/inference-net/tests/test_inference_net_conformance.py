from crossroads.testing import provider_conformance

TestInferenceNet = provider_conformance("inference-net")
