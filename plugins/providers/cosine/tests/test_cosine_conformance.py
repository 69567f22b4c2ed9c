from crossroads.testing import provider_conformance

TestCosine = provider_conformance("cosine")
