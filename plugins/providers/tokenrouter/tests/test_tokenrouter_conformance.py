from crossroads.testing import provider_conformance

TestTokenrouter = provider_conformance("tokenrouter")
