from crossroads.testing import provider_conformance

TestAmazonNova = provider_conformance("amazon-nova")
