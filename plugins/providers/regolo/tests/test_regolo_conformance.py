from crossroads.testing import provider_conformance

TestRegolo = provider_conformance("regolo")
