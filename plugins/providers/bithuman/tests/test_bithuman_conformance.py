from crossroads.testing import provider_conformance

TestBithuman = provider_conformance("bithuman")
