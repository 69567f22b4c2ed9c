from crossroads.testing import provider_conformance

TestBaseten = provider_conformance("baseten")
