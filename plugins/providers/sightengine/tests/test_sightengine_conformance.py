from crossroads.testing import provider_conformance

TestSightengine = provider_conformance("sightengine")
