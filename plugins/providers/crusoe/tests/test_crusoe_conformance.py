from crossroads.testing import provider_conformance

TestCrusoe = provider_conformance("crusoe", "recordings")
