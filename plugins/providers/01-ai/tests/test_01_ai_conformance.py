from crossroads.testing import provider_conformance

Test01Ai = provider_conformance("01-ai")
