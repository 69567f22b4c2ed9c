from crossroads.testing import provider_conformance

TestLetta = provider_conformance("letta")
