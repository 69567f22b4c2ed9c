from crossroads.testing import provider_conformance

TestRampRouter = provider_conformance("ramp-router")
