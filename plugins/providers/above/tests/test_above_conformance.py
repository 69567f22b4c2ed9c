from crossroads.testing import provider_conformance

TestAbove = provider_conformance("above")
