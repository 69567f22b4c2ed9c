from crossroads.testing import provider_conformance

TestLocalai = provider_conformance("localai")
