from crossroads.testing import provider_conformance

TestN1n = provider_conformance("n1n")
