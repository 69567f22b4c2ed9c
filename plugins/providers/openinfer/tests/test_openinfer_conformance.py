from crossroads.testing import provider_conformance

TestOpeninfer = provider_conformance("openinfer")
