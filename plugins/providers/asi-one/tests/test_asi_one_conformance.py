from crossroads.testing import provider_conformance

TestAsiOne = provider_conformance("asi-one")
