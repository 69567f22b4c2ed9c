from crossroads.testing import provider_conformance

TestInco = provider_conformance("inco")
