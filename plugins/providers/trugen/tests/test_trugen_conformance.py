from crossroads.testing import provider_conformance

TestTrugen = provider_conformance("trugen")
