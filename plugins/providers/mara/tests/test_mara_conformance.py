from crossroads.testing import provider_conformance

TestMara = provider_conformance("mara")
