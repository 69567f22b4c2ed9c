from crossroads.testing import provider_conformance

TestVidu = provider_conformance("vidu")
