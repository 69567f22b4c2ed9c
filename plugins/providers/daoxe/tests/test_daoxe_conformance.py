from crossroads.testing import provider_conformance

TestDaoxe = provider_conformance("daoxe")
