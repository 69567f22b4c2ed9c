from crossroads.testing import provider_conformance

TestNeuralwatt = provider_conformance("neuralwatt")
