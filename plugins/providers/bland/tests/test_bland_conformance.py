from crossroads.testing import provider_conformance

TestBland = provider_conformance("bland")
