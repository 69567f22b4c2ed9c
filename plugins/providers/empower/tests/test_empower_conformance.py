from crossroads.testing import provider_conformance

TestEmpower = provider_conformance("empower")
