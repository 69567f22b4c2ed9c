from crossroads.testing import provider_conformance

TestCognition = provider_conformance("cognition")
