from crossroads.testing import provider_conformance

TestMaritaca = provider_conformance("maritaca")
