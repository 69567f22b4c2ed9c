from crossroads.testing import provider_conformance

TestTokenlab = provider_conformance("tokenlab")
