from crossroads.testing import provider_conformance

TestMixedbread = provider_conformance("mixedbread")
