from crossroads.testing import provider_conformance

TestRuninfra = provider_conformance("runinfra")
