from crossroads.testing import provider_conformance

TestGithubModels = provider_conformance("github-models")
