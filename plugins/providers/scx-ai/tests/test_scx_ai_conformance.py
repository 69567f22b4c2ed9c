from crossroads.testing import provider_conformance

TestScxAi = provider_conformance("scx-ai")
