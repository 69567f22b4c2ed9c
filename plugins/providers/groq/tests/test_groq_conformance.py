from crossroads.testing import provider_conformance

TestGroq = provider_conformance("groq", "recordings")
