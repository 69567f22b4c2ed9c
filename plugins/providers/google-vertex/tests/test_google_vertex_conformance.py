from crossroads.testing import provider_conformance

TestGoogleVertex = provider_conformance("google-vertex")
