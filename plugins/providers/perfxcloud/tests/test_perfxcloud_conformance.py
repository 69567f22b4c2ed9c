from crossroads.testing import provider_conformance

TestPerfxcloud = provider_conformance("perfxcloud")
