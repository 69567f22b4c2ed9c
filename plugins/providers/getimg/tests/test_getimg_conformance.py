from crossroads.testing import provider_conformance

TestGetimg = provider_conformance("getimg")
