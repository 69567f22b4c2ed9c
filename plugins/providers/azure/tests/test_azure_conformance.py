from crossroads.testing import provider_conformance

TestAzure = provider_conformance("azure", "recordings")
