from crossroads.testing import provider_conformance

TestUpliftai = provider_conformance("upliftai")
