from crossroads.testing import provider_conformance

TestUpstage = provider_conformance("upstage")
