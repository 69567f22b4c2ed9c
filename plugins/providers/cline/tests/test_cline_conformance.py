from crossroads.testing import provider_conformance

TestCline = provider_conformance("cline")
