from crossroads.testing import provider_conformance

TestSpeedai = provider_conformance("speedai")
