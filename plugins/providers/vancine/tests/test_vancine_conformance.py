from crossroads.testing import provider_conformance

TestVancine = provider_conformance("vancine")
