from crossroads.testing import provider_conformance

TestQihangAi = provider_conformance("qihang-ai")
