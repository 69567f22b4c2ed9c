from crossroads.testing import provider_conformance

TestNeuronpool = provider_conformance("neuronpool")
