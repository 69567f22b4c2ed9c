from crossroads.testing import provider_conformance

TestCrynux = provider_conformance("crynux")
