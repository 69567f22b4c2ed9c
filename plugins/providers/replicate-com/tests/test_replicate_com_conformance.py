from crossroads.testing import provider_conformance

TestReplicateCom = provider_conformance("replicate-com")
