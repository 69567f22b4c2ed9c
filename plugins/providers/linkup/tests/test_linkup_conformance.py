from crossroads.testing import provider_conformance

TestLinkup = provider_conformance("linkup")
