from crossroads.testing import provider_conformance

TestFal = provider_conformance("fal")
