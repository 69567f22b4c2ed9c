from crossroads.testing import provider_conformance

TestGmicloud = provider_conformance("gmicloud")
