from crossroads.testing import provider_conformance

TestTwelvelabs = provider_conformance("twelvelabs")
