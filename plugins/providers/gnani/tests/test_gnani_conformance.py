from crossroads.testing import provider_conformance

TestGnani = provider_conformance("gnani")
