from crossroads.testing import provider_conformance

TestUmansAi = provider_conformance("umans-ai")
