from crossroads.testing import provider_conformance

TestEdenai = provider_conformance("edenai")
