from crossroads.testing import provider_conformance

TestMagnific = provider_conformance("magnific")
