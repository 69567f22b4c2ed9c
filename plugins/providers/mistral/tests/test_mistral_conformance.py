from crossroads.testing import provider_conformance

TestMistral = provider_conformance("mistral", "recordings")
