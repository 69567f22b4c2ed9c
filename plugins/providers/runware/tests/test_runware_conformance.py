from crossroads.testing import provider_conformance

TestRunware = provider_conformance("runware")
