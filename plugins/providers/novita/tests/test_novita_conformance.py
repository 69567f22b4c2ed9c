from crossroads.testing import provider_conformance

TestNovita = provider_conformance("novita", "recordings")
