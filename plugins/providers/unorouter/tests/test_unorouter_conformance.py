from crossroads.testing import provider_conformance

TestUnorouter = provider_conformance("unorouter")
