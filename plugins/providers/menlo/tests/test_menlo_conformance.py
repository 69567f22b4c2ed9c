from crossroads.testing import provider_conformance

TestMenlo = provider_conformance("menlo")
