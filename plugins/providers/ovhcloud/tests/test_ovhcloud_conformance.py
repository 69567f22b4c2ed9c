from crossroads.testing import provider_conformance

TestOvhcloud = provider_conformance("ovhcloud")
