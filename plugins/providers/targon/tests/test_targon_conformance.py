from crossroads.testing import provider_conformance

TestTargon = provider_conformance("targon")
