from crossroads.testing import provider_conformance

TestKonko = provider_conformance("konko")
