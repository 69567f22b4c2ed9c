from crossroads.testing import provider_conformance

TestNebius = provider_conformance("nebius", "recordings")
