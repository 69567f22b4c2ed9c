from crossroads.testing import provider_conformance

TestSailResearch = provider_conformance("sail-research")
