from crossroads.testing import provider_conformance

TestCoreweave = provider_conformance("coreweave")
