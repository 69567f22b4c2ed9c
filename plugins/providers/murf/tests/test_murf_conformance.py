from crossroads.testing import provider_conformance

TestMurf = provider_conformance("murf")
