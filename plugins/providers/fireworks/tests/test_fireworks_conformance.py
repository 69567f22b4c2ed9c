from crossroads.testing import provider_conformance

TestFireworks = provider_conformance("fireworks", "recordings")
