from crossroads.testing import provider_conformance

TestSeekr = provider_conformance("seekr")
