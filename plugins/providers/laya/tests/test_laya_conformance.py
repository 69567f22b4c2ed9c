from crossroads.testing import provider_conformance

TestLaya = provider_conformance("laya")
