from crossroads.testing import provider_conformance

TestHitpaw = provider_conformance("hitpaw")
