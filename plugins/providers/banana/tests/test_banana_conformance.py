from crossroads.testing import provider_conformance

TestBanana = provider_conformance("banana")
