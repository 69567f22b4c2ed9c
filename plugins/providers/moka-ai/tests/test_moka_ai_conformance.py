from crossroads.testing import provider_conformance

TestMokaAi = provider_conformance("moka-ai")
