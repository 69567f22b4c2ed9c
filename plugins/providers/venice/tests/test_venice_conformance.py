from crossroads.testing import provider_conformance

TestVenice = provider_conformance("venice")
