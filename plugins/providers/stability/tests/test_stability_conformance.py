from crossroads.testing import provider_conformance

TestStability = provider_conformance("stability")
