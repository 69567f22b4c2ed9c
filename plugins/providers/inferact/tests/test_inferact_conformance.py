from crossroads.testing import provider_conformance

TestInferact = provider_conformance("inferact")
