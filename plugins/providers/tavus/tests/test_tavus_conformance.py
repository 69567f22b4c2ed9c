from crossroads.testing import provider_conformance

TestTavus = provider_conformance("tavus")
