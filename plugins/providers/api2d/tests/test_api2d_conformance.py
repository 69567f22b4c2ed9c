from crossroads.testing import provider_conformance

TestApi2d = provider_conformance("api2d")
