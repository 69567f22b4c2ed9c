from crossroads.testing import provider_conformance

TestDecart = provider_conformance("decart")
