from crossroads.testing import provider_conformance

TestEverlyai = provider_conformance("everlyai")
