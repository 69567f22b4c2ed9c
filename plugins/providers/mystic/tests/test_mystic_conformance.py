from crossroads.testing import provider_conformance

TestMystic = provider_conformance("mystic")
