from crossroads.testing import provider_conformance

TestFreemodel = provider_conformance("freemodel")
