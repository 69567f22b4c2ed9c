from crossroads.testing import provider_conformance

TestLandingAi = provider_conformance("landing-ai")
