from crossroads.testing import provider_conformance

TestAiand = provider_conformance("aiand")
