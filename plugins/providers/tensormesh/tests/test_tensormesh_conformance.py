from crossroads.testing import provider_conformance

TestTensormesh = provider_conformance("tensormesh")
