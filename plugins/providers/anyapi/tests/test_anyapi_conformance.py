from crossroads.testing import provider_conformance

TestAnyapi = provider_conformance("anyapi")
