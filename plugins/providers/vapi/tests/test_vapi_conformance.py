from crossroads.testing import provider_conformance

TestVapi = provider_conformance("vapi")
