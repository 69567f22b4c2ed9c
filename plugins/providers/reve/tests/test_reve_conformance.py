from crossroads.testing import provider_conformance

TestReve = provider_conformance("reve")
