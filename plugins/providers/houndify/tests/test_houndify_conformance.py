from crossroads.testing import provider_conformance

TestHoundify = provider_conformance("houndify")
