from crossroads.testing import provider_conformance

TestPalabra = provider_conformance("palabra")
