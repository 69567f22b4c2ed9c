from crossroads.testing import provider_conformance

TestTypecast = provider_conformance("typecast")
