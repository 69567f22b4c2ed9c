from crossroads.testing import provider_conformance

TestAkash = provider_conformance("akash")
