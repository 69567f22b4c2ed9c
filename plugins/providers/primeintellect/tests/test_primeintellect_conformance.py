from crossroads.testing import provider_conformance

TestPrimeintellect = provider_conformance("primeintellect")
