from crossroads.testing import provider_conformance

TestCerebrium = provider_conformance("cerebrium")
