from crossroads.testing import provider_conformance

TestLlamagate = provider_conformance("llamagate")
