from crossroads.testing import provider_conformance

TestNeuphonic = provider_conformance("neuphonic")
