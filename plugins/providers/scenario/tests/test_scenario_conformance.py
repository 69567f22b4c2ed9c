from crossroads.testing import provider_conformance

TestScenario = provider_conformance("scenario")
