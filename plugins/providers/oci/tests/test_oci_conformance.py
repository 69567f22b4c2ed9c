from crossroads.testing import provider_conformance

TestOci = provider_conformance("oci")
