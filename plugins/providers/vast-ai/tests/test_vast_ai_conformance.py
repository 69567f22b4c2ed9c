from crossroads.testing import provider_conformance

TestVastAi = provider_conformance("vast-ai")
