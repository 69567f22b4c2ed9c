from crossroads.testing import provider_conformance

TestVispark = provider_conformance("vispark")
