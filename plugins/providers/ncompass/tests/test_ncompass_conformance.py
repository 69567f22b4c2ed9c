from crossroads.testing import provider_conformance

TestNcompass = provider_conformance("ncompass")
