from crossroads.testing import provider_conformance

TestBerget = provider_conformance("berget")
