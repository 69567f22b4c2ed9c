from crossroads.testing import provider_conformance

TestNscale = provider_conformance("nscale")
