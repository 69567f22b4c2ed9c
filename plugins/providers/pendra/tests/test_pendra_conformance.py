from crossroads.testing import provider_conformance

TestPendra = provider_conformance("pendra")
