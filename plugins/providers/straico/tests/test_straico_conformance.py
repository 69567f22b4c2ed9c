from crossroads.testing import provider_conformance

TestStraico = provider_conformance("straico")
