from crossroads.testing import provider_conformance

TestSimli = provider_conformance("simli")
