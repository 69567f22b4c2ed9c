from crossroads.testing import provider_conformance

TestAtlascloud = provider_conformance("atlascloud")
