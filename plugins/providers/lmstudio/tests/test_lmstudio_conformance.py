from crossroads.testing import provider_conformance

TestLmstudio = provider_conformance("lmstudio")
