from crossroads.testing import provider_conformance

TestKindo = provider_conformance("kindo")
