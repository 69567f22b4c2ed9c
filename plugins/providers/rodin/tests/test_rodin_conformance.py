from crossroads.testing import provider_conformance

TestRodin = provider_conformance("rodin")
