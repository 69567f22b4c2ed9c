from crossroads.testing import provider_conformance

TestLgAi = provider_conformance("lg-ai")
