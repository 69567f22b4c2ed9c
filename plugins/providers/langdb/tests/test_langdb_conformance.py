from crossroads.testing import provider_conformance

TestLangdb = provider_conformance("langdb")
