from crossroads.testing import provider_conformance

TestNvidia = provider_conformance("nvidia")
