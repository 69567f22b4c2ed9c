from crossroads.testing import provider_conformance

TestPerceptron = provider_conformance("perceptron")
