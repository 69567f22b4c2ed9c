from crossroads.testing import provider_conformance

TestSalad = provider_conformance("salad")
