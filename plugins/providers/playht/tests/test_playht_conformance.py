from crossroads.testing import provider_conformance

TestPlayht = provider_conformance("playht")
