from crossroads.testing import provider_conformance

TestSubconscious = provider_conformance("subconscious")
