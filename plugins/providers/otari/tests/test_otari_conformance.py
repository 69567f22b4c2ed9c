from crossroads.testing import provider_conformance

TestOtari = provider_conformance("otari")
