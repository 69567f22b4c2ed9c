from crossroads.testing import provider_conformance

TestOpenllm = provider_conformance("openllm")
