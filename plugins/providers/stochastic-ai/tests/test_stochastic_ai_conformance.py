from crossroads.testing import provider_conformance

TestStochasticAi = provider_conformance("stochastic-ai")
