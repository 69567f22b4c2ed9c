from crossroads.testing import provider_conformance

TestStateCloud = provider_conformance("state-cloud")
