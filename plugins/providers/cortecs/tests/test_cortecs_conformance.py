from crossroads.testing import provider_conformance

TestCortecs = provider_conformance("cortecs")
