from crossroads.testing import provider_conformance

TestSpitch = provider_conformance("spitch")
