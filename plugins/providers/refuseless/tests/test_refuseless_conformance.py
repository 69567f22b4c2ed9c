from crossroads.testing import provider_conformance

TestRefuseless = provider_conformance("refuseless")
