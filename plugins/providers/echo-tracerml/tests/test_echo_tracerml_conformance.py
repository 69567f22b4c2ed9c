from crossroads.testing import provider_conformance

TestEchoTracerml = provider_conformance("echo-tracerml")
