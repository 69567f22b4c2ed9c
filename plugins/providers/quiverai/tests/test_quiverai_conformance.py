from crossroads.testing import provider_conformance

TestQuiverai = provider_conformance("quiverai")
