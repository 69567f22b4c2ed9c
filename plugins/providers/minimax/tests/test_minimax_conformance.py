from crossroads.testing import provider_conformance

TestMinimax = provider_conformance("minimax")
