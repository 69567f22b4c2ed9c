from crossroads.testing import provider_conformance

TestModernmt = provider_conformance("modernmt")
