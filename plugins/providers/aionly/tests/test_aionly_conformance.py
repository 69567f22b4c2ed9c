from crossroads.testing import provider_conformance

TestAionly = provider_conformance("aionly")
