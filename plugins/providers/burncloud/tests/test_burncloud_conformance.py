from crossroads.testing import provider_conformance

TestBurncloud = provider_conformance("burncloud")
