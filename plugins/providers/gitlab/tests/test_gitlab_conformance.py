from crossroads.testing import provider_conformance

TestGitlab = provider_conformance("gitlab")
