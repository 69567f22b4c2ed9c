from crossroads.testing import provider_conformance

TestEbcloud = provider_conformance("ebcloud")
