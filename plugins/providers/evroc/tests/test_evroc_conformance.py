from crossroads.testing import provider_conformance

TestEvroc = provider_conformance("evroc")
