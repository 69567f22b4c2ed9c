from crossroads.testing import provider_conformance

TestCharmHyper = provider_conformance("charm-hyper")
