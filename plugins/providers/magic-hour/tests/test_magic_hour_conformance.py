from crossroads.testing import provider_conformance

TestMagicHour = provider_conformance("magic-hour")
