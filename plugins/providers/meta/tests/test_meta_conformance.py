from crossroads.testing import provider_conformance

TestMeta = provider_conformance("meta")
