from crossroads.testing import provider_conformance

TestMizumi = provider_conformance("mizumi")
