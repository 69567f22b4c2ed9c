from crossroads.testing import provider_conformance

TestTheGridAi = provider_conformance("the-grid-ai")
