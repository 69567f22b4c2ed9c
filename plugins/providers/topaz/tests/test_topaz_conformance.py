from crossroads.testing import provider_conformance

TestTopaz = provider_conformance("topaz")
