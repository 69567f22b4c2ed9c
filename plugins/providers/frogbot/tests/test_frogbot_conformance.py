from crossroads.testing import provider_conformance

TestFrogbot = provider_conformance("frogbot")
