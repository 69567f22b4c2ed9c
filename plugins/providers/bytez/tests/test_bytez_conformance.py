from crossroads.testing import provider_conformance

TestBytez = provider_conformance("bytez")
