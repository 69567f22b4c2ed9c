from crossroads.testing import provider_conformance

TestUltravox = provider_conformance("ultravox")
