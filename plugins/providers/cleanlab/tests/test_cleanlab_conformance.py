from crossroads.testing import provider_conformance

TestCleanlab = provider_conformance("cleanlab")
