from crossroads.testing import provider_conformance

TestKosmik = provider_conformance("kosmik")
