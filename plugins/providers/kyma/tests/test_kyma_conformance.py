from crossroads.testing import provider_conformance

TestKyma = provider_conformance("kyma")
