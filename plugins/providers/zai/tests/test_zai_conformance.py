from crossroads.testing import provider_conformance

TestZai = provider_conformance("zai", "recordings")
