from crossroads.testing import provider_conformance

TestNeutrino = provider_conformance("neutrino")
