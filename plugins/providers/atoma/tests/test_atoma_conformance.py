from crossroads.testing import provider_conformance

TestAtoma = provider_conformance("atoma")
