from crossroads.testing import provider_conformance

TestKilo = provider_conformance("kilo")
