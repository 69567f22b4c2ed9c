from crossroads.testing import provider_conformance

TestTinfoil = provider_conformance("tinfoil")
