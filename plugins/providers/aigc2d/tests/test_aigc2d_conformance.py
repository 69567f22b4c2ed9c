from crossroads.testing import provider_conformance

TestAigc2d = provider_conformance("aigc2d")
