from crossroads.testing import provider_conformance

TestWorldrouter = provider_conformance("worldrouter")
