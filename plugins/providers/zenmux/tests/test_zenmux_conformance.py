from crossroads.testing import provider_conformance

TestZenmux = provider_conformance("zenmux")
