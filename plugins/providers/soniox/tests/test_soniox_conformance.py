from crossroads.testing import provider_conformance

TestSoniox = provider_conformance("soniox")
