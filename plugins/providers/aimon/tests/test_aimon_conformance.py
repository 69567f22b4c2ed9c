from crossroads.testing import provider_conformance

TestAimon = provider_conformance("aimon")
