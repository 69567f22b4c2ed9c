from crossroads.testing import provider_conformance

TestMonsterapi = provider_conformance("monsterapi")
