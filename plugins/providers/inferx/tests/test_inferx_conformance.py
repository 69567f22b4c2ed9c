from crossroads.testing import provider_conformance

TestInferx = provider_conformance("inferx")
