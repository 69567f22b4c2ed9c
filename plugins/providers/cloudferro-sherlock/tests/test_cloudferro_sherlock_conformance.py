from crossroads.testing import provider_conformance

TestCloudferroSherlock = provider_conformance("cloudferro-sherlock")
