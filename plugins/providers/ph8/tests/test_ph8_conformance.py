from crossroads.testing import provider_conformance

TestPh8 = provider_conformance("ph8")
