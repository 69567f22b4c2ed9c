from crossroads.testing import provider_conformance

TestGooseai = provider_conformance("gooseai")
