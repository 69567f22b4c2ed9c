from crossroads.testing import provider_conformance

TestLynkr = provider_conformance("lynkr")
