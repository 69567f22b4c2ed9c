from crossroads.testing import provider_conformance

TestTogether = provider_conformance("together", "recordings")
