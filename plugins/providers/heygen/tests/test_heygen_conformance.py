from crossroads.testing import provider_conformance

TestHeygen = provider_conformance("heygen")
