from crossroads.testing import provider_conformance

TestRoutingRun = provider_conformance("routing-run")
