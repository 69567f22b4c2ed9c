from crossroads.testing import provider_conformance

TestAkiIo = provider_conformance("aki-io")
