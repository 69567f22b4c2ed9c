from crossroads.testing import provider_conformance

TestMakora = provider_conformance("makora")
