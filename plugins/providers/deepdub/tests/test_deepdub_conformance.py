from crossroads.testing import provider_conformance

TestDeepdub = provider_conformance("deepdub")
