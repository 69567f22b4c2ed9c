from crossroads.testing import provider_conformance

TestIoNet = provider_conformance("io-net")
