from crossroads.testing import provider_conformance

TestKuaeCloud = provider_conformance("kuae-cloud")
