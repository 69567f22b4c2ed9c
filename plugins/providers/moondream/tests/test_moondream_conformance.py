from crossroads.testing import provider_conformance

TestMoondream = provider_conformance("moondream")
