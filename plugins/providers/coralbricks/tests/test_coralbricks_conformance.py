from crossroads.testing import provider_conformance

TestCoralbricks = provider_conformance("coralbricks")
