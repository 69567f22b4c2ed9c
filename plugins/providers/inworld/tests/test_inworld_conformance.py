from crossroads.testing import provider_conformance

TestInworld = provider_conformance("inworld")
