from crossroads.testing import provider_conformance

TestInfinity = provider_conformance("infinity")
