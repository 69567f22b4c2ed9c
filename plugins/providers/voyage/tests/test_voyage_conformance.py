from crossroads.testing import provider_conformance

TestVoyage = provider_conformance("voyage")
