from crossroads.testing import provider_conformance

TestLanyun = provider_conformance("lanyun")
