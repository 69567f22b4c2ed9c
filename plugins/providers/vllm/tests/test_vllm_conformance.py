from crossroads.testing import provider_conformance

TestVllm = provider_conformance("vllm", "recordings")
