from crossroads.testing import provider_conformance

TestNovelai = provider_conformance("novelai")
