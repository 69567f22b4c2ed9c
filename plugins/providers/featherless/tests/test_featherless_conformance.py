from crossroads.testing import provider_conformance

TestFeatherless = provider_conformance("featherless")
