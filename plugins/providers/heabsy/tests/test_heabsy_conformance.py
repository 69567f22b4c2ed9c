from crossroads.testing import provider_conformance

TestHeabsy = provider_conformance("heabsy")
