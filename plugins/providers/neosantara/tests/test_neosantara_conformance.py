from crossroads.testing import provider_conformance

TestNeosantara = provider_conformance("neosantara")
