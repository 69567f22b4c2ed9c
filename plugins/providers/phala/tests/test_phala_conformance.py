from crossroads.testing import provider_conformance

TestPhala = provider_conformance("phala")
