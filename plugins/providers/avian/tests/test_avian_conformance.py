from crossroads.testing import provider_conformance

TestAvian = provider_conformance("avian")
