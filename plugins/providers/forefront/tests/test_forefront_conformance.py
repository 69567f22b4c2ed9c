from crossroads.testing import provider_conformance

TestForefront = provider_conformance("forefront")
