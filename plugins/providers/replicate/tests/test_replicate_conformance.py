from crossroads.testing import provider_conformance

TestReplicate = provider_conformance("replicate")
