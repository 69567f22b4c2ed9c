from crossroads.testing import provider_conformance

TestKeenable = provider_conformance("keenable")
