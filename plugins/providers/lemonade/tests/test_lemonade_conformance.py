from crossroads.testing import provider_conformance

TestLemonade = provider_conformance("lemonade")
