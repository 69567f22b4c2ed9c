from crossroads.testing import provider_conformance

TestUnify = provider_conformance("unify")
