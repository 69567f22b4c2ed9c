from crossroads.testing import provider_conformance

TestNotDiamond = provider_conformance("not-diamond")
