from crossroads.testing import provider_conformance

TestPinstripes = provider_conformance("pinstripes")
