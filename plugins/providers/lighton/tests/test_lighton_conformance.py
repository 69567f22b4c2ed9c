from crossroads.testing import provider_conformance

TestLighton = provider_conformance("lighton")
