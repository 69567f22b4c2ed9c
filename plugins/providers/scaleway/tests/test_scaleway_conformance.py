from crossroads.testing import provider_conformance

TestScaleway = provider_conformance("scaleway")
