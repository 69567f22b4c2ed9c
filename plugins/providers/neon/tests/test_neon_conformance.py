from crossroads.testing import provider_conformance

TestNeon = provider_conformance("neon")
