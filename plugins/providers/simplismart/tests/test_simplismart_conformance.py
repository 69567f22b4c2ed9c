from crossroads.testing import provider_conformance

TestSimplismart = provider_conformance("simplismart")
