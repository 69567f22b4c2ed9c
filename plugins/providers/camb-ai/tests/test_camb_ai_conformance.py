from crossroads.testing import provider_conformance

TestCambAi = provider_conformance("camb-ai")
