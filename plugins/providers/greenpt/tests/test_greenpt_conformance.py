from crossroads.testing import provider_conformance

TestGreenpt = provider_conformance("greenpt")
