from crossroads.testing import provider_conformance

TestPioneer = provider_conformance("pioneer")
