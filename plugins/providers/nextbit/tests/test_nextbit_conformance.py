from crossroads.testing import provider_conformance

TestNextbit = provider_conformance("nextbit")
