from crossroads.testing import provider_conformance

TestEnfer = provider_conformance("enfer")
