from crossroads.testing import provider_conformance

TestRunpod = provider_conformance("runpod")
