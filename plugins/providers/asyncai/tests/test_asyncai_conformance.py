from crossroads.testing import provider_conformance

TestAsyncai = provider_conformance("asyncai")
