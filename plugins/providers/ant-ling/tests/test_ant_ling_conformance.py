from crossroads.testing import provider_conformance

TestAntLing = provider_conformance("ant-ling")
