from crossroads.testing import provider_conformance

TestGpustack = provider_conformance("gpustack")
