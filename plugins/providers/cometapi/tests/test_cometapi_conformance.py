from crossroads.testing import provider_conformance

TestCometapi = provider_conformance("cometapi")
