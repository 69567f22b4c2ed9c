from crossroads.testing import provider_conformance

TestDrun = provider_conformance("drun")
