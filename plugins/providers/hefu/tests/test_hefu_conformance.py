from crossroads.testing import provider_conformance

TestHefu = provider_conformance("hefu")
