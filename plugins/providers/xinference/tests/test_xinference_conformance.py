from crossroads.testing import provider_conformance

TestXinference = provider_conformance("xinference")
