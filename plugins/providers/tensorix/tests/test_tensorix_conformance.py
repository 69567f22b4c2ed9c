from crossroads.testing import provider_conformance

TestTensorix = provider_conformance("tensorix")
