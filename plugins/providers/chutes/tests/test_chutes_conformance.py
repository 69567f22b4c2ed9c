from crossroads.testing import provider_conformance

TestChutes = provider_conformance("chutes")
