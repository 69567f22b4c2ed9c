from crossroads.testing import provider_conformance

TestHume = provider_conformance("hume")
