from crossroads.testing import provider_conformance

TestCharityEngine = provider_conformance("charity-engine")
