from crossroads.testing import provider_conformance

TestParasail = provider_conformance("parasail")
