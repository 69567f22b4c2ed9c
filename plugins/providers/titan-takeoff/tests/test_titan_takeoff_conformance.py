from crossroads.testing import provider_conformance

TestTitanTakeoff = provider_conformance("titan-takeoff")
