from crossroads.testing import provider_conformance

TestReka = provider_conformance("reka")
