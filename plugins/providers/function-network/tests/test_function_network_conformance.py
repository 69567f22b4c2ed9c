from crossroads.testing import provider_conformance

TestFunctionNetwork = provider_conformance("function-network")
