from crossroads.testing import provider_conformance

TestPhonic = provider_conformance("phonic")
