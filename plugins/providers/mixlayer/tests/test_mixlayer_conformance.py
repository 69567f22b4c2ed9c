from crossroads.testing import provider_conformance

TestMixlayer = provider_conformance("mixlayer")
