from crossroads.testing import provider_conformance

TestReverie = provider_conformance("reverie")
