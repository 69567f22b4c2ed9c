from crossroads.testing import provider_conformance

TestGdc = provider_conformance("gdc")
