from crossroads.testing import provider_conformance

TestNexAgi = provider_conformance("nex-agi")
