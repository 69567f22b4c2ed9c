from crossroads.testing import provider_conformance

TestProdia = provider_conformance("prodia")
