from crossroads.testing import provider_conformance

TestSynthetic = provider_conformance("synthetic")
