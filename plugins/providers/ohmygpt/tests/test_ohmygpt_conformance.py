from crossroads.testing import provider_conformance

TestOhmygpt = provider_conformance("ohmygpt")
