from crossroads.testing import provider_conformance

TestDekallm = provider_conformance("dekallm")
