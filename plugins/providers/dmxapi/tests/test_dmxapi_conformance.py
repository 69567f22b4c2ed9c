from crossroads.testing import provider_conformance

TestDmxapi = provider_conformance("dmxapi")
