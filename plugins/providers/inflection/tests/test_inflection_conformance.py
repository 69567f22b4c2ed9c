from crossroads.testing import provider_conformance

TestInflection = provider_conformance("inflection")
