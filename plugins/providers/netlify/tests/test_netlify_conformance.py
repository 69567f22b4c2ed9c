from crossroads.testing import provider_conformance

TestNetlify = provider_conformance("netlify")
