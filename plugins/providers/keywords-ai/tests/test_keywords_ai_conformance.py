from crossroads.testing import provider_conformance

TestKeywordsAi = provider_conformance("keywords-ai")
