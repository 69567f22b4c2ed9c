from crossroads.testing import provider_conformance

TestIonstream = provider_conformance("ionstream")
