from crossroads.testing import provider_conformance

TestByteplus = provider_conformance("byteplus")
