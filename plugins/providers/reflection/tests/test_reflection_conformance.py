from crossroads.testing import provider_conformance

TestReflection = provider_conformance("reflection")
