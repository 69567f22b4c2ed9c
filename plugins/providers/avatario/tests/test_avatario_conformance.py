from crossroads.testing import provider_conformance

TestAvatario = provider_conformance("avatario")
