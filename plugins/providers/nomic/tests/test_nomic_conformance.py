from crossroads.testing import provider_conformance

TestNomic = provider_conformance("nomic")
