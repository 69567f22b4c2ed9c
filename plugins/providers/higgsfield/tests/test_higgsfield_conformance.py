from crossroads.testing import provider_conformance

TestHiggsfield = provider_conformance("higgsfield")
