from crossroads.testing import provider_conformance

TestDatabricks = provider_conformance("databricks", "recordings")
