from crossroads.testing import provider_conformance

TestPollinations = provider_conformance("pollinations")
