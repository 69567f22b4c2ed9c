from crossroads.testing import provider_conformance

TestStreamlake = provider_conformance("streamlake")
