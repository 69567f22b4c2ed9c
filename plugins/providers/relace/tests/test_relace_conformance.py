from crossroads.testing import provider_conformance

TestRelace = provider_conformance("relace")
