from crossroads.testing import provider_conformance

TestDoubleword = provider_conformance("doubleword")
