from crossroads.testing import provider_conformance

TestFastrouter = provider_conformance("fastrouter")
