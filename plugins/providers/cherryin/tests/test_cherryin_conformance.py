from crossroads.testing import provider_conformance

TestCherryin = provider_conformance("cherryin")
