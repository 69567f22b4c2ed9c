from crossroads.testing import provider_conformance

TestSlng = provider_conformance("slng")
