from crossroads.testing import provider_conformance

TestZenifra = provider_conformance("zenifra")
