from crossroads.testing import provider_conformance

TestResemble = provider_conformance("resemble")
