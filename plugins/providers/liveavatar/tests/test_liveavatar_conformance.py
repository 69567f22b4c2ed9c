from crossroads.testing import provider_conformance

TestLiveavatar = provider_conformance("liveavatar")
