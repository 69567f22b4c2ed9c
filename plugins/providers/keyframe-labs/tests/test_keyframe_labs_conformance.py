from crossroads.testing import provider_conformance

TestKeyframeLabs = provider_conformance("keyframe-labs")
