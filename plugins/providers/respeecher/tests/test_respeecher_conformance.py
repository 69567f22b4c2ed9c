from crossroads.testing import provider_conformance

TestRespeecher = provider_conformance("respeecher")
