from crossroads.testing import provider_conformance

TestApiRoute = provider_conformance("api-route")
