from crossroads.testing import provider_conformance

TestHelicone = provider_conformance("helicone")
