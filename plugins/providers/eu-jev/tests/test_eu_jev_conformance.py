from crossroads.testing import provider_conformance

TestEuJev = provider_conformance("eu-jev")
