from crossroads.testing import provider_conformance

TestAiproxy = provider_conformance("aiproxy")
