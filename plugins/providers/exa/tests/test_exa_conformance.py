from crossroads.testing import provider_conformance

TestExa = provider_conformance("exa")
