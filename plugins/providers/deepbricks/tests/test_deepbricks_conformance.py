from crossroads.testing import provider_conformance

TestDeepbricks = provider_conformance("deepbricks")
