from crossroads.testing import provider_conformance

TestMsty = provider_conformance("msty")
