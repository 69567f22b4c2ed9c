from crossroads.testing import provider_conformance

TestRecraft = provider_conformance("recraft")
