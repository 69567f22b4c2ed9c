from crossroads.testing import provider_conformance

TestTempr = provider_conformance("tempr")
