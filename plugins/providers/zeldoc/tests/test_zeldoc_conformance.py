from crossroads.testing import provider_conformance

TestZeldoc = provider_conformance("zeldoc")
