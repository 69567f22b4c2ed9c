from crossroads.testing import provider_conformance

TestTavily = provider_conformance("tavily")
