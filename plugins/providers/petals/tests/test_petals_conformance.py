from crossroads.testing import provider_conformance

TestPetals = provider_conformance("petals")
