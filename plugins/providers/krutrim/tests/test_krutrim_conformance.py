from crossroads.testing import provider_conformance

TestKrutrim = provider_conformance("krutrim")
