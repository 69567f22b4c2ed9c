from crossroads.testing import provider_conformance

TestInfinigence = provider_conformance("infinigence")
