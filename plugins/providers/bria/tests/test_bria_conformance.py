from crossroads.testing import provider_conformance

TestBria = provider_conformance("bria")
