from crossroads.testing import provider_conformance

TestLiner = provider_conformance("liner")
