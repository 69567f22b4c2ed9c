from crossroads.testing import provider_conformance

TestDeerapi = provider_conformance("deerapi")
