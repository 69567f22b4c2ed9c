from crossroads.testing import provider_conformance

TestPortkey = provider_conformance("portkey")
