from crossroads.testing import provider_conformance

TestCartesia = provider_conformance("cartesia")
