from crossroads.testing import provider_conformance

TestIsaacus = provider_conformance("isaacus")
