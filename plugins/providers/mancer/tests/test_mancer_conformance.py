from crossroads.testing import provider_conformance

TestMancer = provider_conformance("mancer")
