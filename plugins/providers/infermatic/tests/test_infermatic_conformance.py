from crossroads.testing import provider_conformance

TestInfermatic = provider_conformance("infermatic")
