from crossroads.testing import provider_conformance

TestMeshy = provider_conformance("meshy")
