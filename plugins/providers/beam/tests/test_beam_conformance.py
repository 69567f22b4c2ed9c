from crossroads.testing import provider_conformance

TestBeam = provider_conformance("beam")
