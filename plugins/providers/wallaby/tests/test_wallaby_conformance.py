from crossroads.testing import provider_conformance

TestWallaby = provider_conformance("wallaby")
