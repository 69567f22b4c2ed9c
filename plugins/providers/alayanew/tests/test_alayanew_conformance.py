from crossroads.testing import provider_conformance

TestAlayanew = provider_conformance("alayanew")
