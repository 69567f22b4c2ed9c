from crossroads.testing import provider_conformance

TestNeosmith = provider_conformance("neosmith")
