from crossroads.testing import provider_conformance

TestLuma = provider_conformance("luma")
