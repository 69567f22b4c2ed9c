from crossroads.testing import provider_conformance

TestNineteen = provider_conformance("nineteen")
