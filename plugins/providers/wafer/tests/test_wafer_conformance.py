from crossroads.testing import provider_conformance

TestWafer = provider_conformance("wafer")
