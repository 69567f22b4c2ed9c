from crossroads.testing import provider_conformance

TestOpenRouter = provider_conformance("openrouter", "recordings")
