from crossroads.testing import provider_conformance

TestUnbiased = provider_conformance("unbiased")
