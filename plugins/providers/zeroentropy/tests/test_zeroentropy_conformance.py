from crossroads.testing import provider_conformance

TestZeroentropy = provider_conformance("zeroentropy")
