from crossroads.testing import provider_conformance

TestNearAi = provider_conformance("near-ai")
