from crossroads.testing import provider_conformance

TestRooCodeCloud = provider_conformance("roo-code-cloud")
