from crossroads.testing import provider_conformance

TestGopomelo = provider_conformance("gopomelo")
