from crossroads.testing import provider_conformance

TestMeganova = provider_conformance("meganova")
