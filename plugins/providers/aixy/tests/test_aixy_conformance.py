from crossroads.testing import provider_conformance

TestAixy = provider_conformance("aixy")
