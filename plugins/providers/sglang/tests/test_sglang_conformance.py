from crossroads.testing import provider_conformance

TestSglang = provider_conformance("sglang")
