from crossroads.testing import provider_conformance

TestSwitchpoint = provider_conformance("switchpoint")
