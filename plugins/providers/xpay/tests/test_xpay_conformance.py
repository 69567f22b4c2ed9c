from crossroads.testing import provider_conformance

TestXpay = provider_conformance("xpay")
