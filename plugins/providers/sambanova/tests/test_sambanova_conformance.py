from crossroads.testing import provider_conformance

TestSambanova = provider_conformance("sambanova", "recordings")
