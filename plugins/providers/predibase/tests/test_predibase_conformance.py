from crossroads.testing import provider_conformance

TestPredibase = provider_conformance("predibase")
