from crossroads.testing import provider_conformance

TestBeeble = provider_conformance("beeble")
