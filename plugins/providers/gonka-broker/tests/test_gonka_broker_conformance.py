from crossroads.testing import provider_conformance

TestGonkaBroker = provider_conformance("gonka-broker")
