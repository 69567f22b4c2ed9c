from crossroads.testing import provider_conformance

TestBlackForestLabs = provider_conformance("black-forest-labs")
