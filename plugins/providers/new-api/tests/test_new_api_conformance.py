from crossroads.testing import provider_conformance

TestNewApi = provider_conformance("new-api")
