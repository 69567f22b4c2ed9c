from crossroads.testing import provider_conformance

TestHedra = provider_conformance("hedra")
