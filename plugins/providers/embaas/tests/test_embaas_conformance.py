from crossroads.testing import provider_conformance

TestEmbaas = provider_conformance("embaas")
