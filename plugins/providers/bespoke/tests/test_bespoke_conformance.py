from crossroads.testing import provider_conformance

TestBespoke = provider_conformance("bespoke")
