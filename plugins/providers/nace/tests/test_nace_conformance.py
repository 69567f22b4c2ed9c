from crossroads.testing import provider_conformance

TestNace = provider_conformance("nace")
