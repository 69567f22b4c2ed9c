from crossroads.testing import provider_conformance

TestEdgee = provider_conformance("edgee")
