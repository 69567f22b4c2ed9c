from crossroads.testing import provider_conformance

TestPoolside = provider_conformance("poolside")
