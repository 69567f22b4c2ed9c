from crossroads.testing import provider_conformance

TestSpatius = provider_conformance("spatius")
