from crossroads.testing import provider_conformance

TestSmallestAi = provider_conformance("smallest-ai")
