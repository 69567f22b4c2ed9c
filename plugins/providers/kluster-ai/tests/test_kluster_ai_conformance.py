from crossroads.testing import provider_conformance

TestKlusterAi = provider_conformance("kluster-ai")
