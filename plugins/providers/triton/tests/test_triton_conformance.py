from crossroads.testing import provider_conformance

TestTriton = provider_conformance("triton")
