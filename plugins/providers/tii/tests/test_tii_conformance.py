from crossroads.testing import provider_conformance

TestTii = provider_conformance("tii")
