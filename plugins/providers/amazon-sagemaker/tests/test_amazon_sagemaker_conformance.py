from crossroads.testing import provider_conformance

TestAmazonSagemaker = provider_conformance("amazon-sagemaker")
