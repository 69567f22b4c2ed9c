from crossroads.testing import provider_conformance

TestModal = provider_conformance("modal")
