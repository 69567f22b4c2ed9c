from crossroads.testing import provider_conformance

TestOpper = provider_conformance("opper")
