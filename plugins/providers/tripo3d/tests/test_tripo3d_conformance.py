from crossroads.testing import provider_conformance

TestTripo3d = provider_conformance("tripo3d")
