from crossroads.testing import provider_conformance

TestXpersona = provider_conformance("xpersona")
