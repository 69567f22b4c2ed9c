from crossroads.testing import provider_conformance

TestGonka24 = provider_conformance("gonka24")
