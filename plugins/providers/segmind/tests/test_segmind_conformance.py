from crossroads.testing import provider_conformance

TestSegmind = provider_conformance("segmind")
