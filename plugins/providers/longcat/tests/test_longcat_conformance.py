from crossroads.testing import provider_conformance

TestLongcat = provider_conformance("longcat")
