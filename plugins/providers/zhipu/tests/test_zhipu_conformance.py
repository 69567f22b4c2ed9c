from crossroads.testing import provider_conformance

TestZhipu = provider_conformance("zhipu")
