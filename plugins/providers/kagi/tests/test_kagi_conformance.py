from crossroads.testing import provider_conformance

TestKagi = provider_conformance("kagi")
