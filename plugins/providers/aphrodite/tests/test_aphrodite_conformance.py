from crossroads.testing import provider_conformance

TestAphrodite = provider_conformance("aphrodite")
