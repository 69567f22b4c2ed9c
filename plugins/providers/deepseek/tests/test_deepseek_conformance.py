from crossroads.testing import provider_conformance

TestDeepseek = provider_conformance("deepseek", "recordings")
