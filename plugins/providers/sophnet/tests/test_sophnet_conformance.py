from crossroads.testing import provider_conformance

TestSophnet = provider_conformance("sophnet")
