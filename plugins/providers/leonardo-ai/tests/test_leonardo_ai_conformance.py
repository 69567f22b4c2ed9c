from crossroads.testing import provider_conformance

TestLeonardoAi = provider_conformance("leonardo-ai")
