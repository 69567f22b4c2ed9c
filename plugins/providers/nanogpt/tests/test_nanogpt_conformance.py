from crossroads.testing import provider_conformance

TestNanogpt = provider_conformance("nanogpt")
