from crossroads.testing import provider_conformance

TestRemoveBg = provider_conformance("remove-bg")
