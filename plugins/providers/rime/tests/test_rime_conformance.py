from crossroads.testing import provider_conformance

TestRime = provider_conformance("rime")
