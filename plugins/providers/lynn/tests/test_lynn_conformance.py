from crossroads.testing import provider_conformance

TestLynn = provider_conformance("lynn")
