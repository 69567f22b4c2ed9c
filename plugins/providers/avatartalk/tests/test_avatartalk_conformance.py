from crossroads.testing import provider_conformance

TestAvatartalk = provider_conformance("avatartalk")
