from crossroads.testing import provider_conformance

TestMoonshot = provider_conformance("moonshot")
