from crossroads.testing import provider_conformance

TestKlokintegration = provider_conformance("klokintegration")
