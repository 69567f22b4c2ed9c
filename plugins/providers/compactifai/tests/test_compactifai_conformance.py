from crossroads.testing import provider_conformance

TestCompactifai = provider_conformance("compactifai")
