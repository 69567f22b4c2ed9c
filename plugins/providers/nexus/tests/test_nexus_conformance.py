from crossroads.testing import provider_conformance

TestNexus = provider_conformance("nexus")
