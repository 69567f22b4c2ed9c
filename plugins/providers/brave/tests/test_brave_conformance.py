from crossroads.testing import provider_conformance

TestBrave = provider_conformance("brave")
