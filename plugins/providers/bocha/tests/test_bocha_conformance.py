from crossroads.testing import provider_conformance

TestBocha = provider_conformance("bocha")
