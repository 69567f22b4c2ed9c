from crossroads.testing import provider_conformance

TestTiyuvta = provider_conformance("tiyuvta")
