from crossroads.testing import provider_conformance

TestTokengo = provider_conformance("tokengo")
