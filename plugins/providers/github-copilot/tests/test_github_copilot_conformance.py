from crossroads.testing import provider_conformance

TestGithubCopilot = provider_conformance("github-copilot")
