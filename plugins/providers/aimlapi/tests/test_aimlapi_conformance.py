from crossroads.testing import provider_conformance

TestAimlapi = provider_conformance("aimlapi")
