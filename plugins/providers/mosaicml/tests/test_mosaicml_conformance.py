from crossroads.testing import provider_conformance

TestMosaicml = provider_conformance("mosaicml")
