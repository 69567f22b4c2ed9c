from crossroads.testing import provider_conformance

TestCerebras = provider_conformance("cerebras", "recordings")
