from crossroads.testing import provider_conformance

TestAmd = provider_conformance("amd")
