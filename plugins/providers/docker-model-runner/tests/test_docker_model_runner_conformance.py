from crossroads.testing import provider_conformance

TestDockerModelRunner = provider_conformance("docker-model-runner")
