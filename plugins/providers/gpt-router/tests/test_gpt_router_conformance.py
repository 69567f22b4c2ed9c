from crossroads.testing import provider_conformance

TestGptRouter = provider_conformance("gpt-router")
