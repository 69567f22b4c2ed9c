from crossroads.testing import provider_conformance

TestXai = provider_conformance("xai", "recordings")
