from crossroads.testing import provider_conformance

TestIdeogram = provider_conformance("ideogram")
