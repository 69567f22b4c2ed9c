from crossroads.testing import provider_conformance

TestModelOracleAi = provider_conformance("model-oracle-ai")
