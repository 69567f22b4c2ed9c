from crossroads.testing import provider_conformance

TestOcoolai = provider_conformance("ocoolai")
