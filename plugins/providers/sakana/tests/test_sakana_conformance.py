from crossroads.testing import provider_conformance

TestSakana = provider_conformance("sakana")
