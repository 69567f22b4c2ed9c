from crossroads.testing import provider_conformance

TestInceptron = provider_conformance("inceptron")
