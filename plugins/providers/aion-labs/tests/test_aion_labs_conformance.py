from crossroads.testing import provider_conformance

TestAionLabs = provider_conformance("aion-labs")
