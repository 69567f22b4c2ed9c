from crossroads.testing import provider_conformance

TestLamini = provider_conformance("lamini")
