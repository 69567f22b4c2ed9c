from crossroads.testing import provider_conformance

TestAgentrouter = provider_conformance("agentrouter")
