from crossroads.testing import provider_conformance

TestOvms = provider_conformance("ovms")
