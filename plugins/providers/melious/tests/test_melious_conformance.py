from crossroads.testing import provider_conformance

TestMelious = provider_conformance("melious")
