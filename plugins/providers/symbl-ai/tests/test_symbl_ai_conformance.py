from crossroads.testing import provider_conformance

TestSymblAi = provider_conformance("symbl-ai")
