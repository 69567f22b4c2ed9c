from crossroads.testing import provider_conformance

TestPixverse = provider_conformance("pixverse")
