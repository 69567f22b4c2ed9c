from crossroads.testing import provider_conformance

TestMorph = provider_conformance("morph")
