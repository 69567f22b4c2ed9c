from crossroads.testing import provider_conformance

TestLemonfoxAi = provider_conformance("lemonfox-ai")
