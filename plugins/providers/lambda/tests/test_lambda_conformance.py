from crossroads.testing import provider_conformance

TestLambda = provider_conformance("lambda")
