from crossroads.testing import provider_conformance

TestAibadgr = provider_conformance("aibadgr")
