from crossroads.testing import provider_conformance

TestOobabooga = provider_conformance("oobabooga")
