from crossroads.testing import provider_conformance

TestSearch1api = provider_conformance("search1api")
