from crossroads.testing import provider_conformance

TestVesslAi = provider_conformance("vessl-ai")
