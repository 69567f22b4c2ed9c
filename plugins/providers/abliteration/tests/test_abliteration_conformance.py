from crossroads.testing import provider_conformance

TestAbliteration = provider_conformance("abliteration")
