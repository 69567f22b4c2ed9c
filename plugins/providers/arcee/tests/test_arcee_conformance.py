from crossroads.testing import provider_conformance

TestArcee = provider_conformance("arcee")
