from crossroads.testing import provider_conformance

TestSnowflake = provider_conformance("snowflake", "recordings")
