from crossroads.testing import provider_conformance

TestMymagic = provider_conformance("mymagic")
