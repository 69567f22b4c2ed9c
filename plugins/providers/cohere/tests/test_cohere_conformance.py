from crossroads.testing import provider_conformance

TestCohere = provider_conformance("cohere", "recordings")
