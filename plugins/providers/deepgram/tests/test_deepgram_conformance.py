from crossroads.testing import provider_conformance

TestDeepgram = provider_conformance("deepgram")
