from crossroads.testing import provider_conformance

TestAnam = provider_conformance("anam")
