from crossroads.testing import provider_conformance

TestTencent = provider_conformance("tencent")
