from crossroads.testing import provider_conformance

TestTensorx = provider_conformance("tensorx")
