from crossroads.testing import provider_conformance

TestScnet = provider_conformance("scnet")
