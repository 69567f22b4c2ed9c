from crossroads.testing import provider_conformance

TestCrucible = provider_conformance("crucible")
