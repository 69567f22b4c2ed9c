from crossroads.testing import provider_conformance

TestHetzner = provider_conformance("hetzner")
