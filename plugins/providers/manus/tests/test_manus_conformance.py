from crossroads.testing import provider_conformance

TestManus = provider_conformance("manus")
