from crossroads.testing import provider_conformance

TestNadir = provider_conformance("nadir")
