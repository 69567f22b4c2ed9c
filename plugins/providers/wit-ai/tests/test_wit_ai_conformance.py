from crossroads.testing import provider_conformance

TestWitAi = provider_conformance("wit-ai")
