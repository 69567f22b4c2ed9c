from crossroads.testing import provider_conformance

TestAmbient = provider_conformance("ambient")
