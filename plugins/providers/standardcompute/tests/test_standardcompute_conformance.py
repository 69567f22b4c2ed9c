from crossroads.testing import provider_conformance

TestStandardcompute = provider_conformance("standardcompute")
