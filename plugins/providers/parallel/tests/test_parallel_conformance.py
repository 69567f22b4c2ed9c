from crossroads.testing import provider_conformance

TestParallel = provider_conformance("parallel")
