from crossroads.testing import provider_conformance

TestNan = provider_conformance("nan")
