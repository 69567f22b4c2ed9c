from crossroads.testing import provider_conformance

TestLmnt = provider_conformance("lmnt")
