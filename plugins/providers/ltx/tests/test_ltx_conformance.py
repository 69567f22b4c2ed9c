from crossroads.testing import provider_conformance

TestLtx = provider_conformance("ltx")
