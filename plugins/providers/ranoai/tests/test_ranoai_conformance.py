from crossroads.testing import provider_conformance

TestRanoai = provider_conformance("ranoai")
