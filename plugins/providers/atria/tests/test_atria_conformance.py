from crossroads.testing import provider_conformance

TestAtria = provider_conformance("atria")
