from crossroads.testing import provider_conformance

TestDreamgen = provider_conformance("dreamgen")
