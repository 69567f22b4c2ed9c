from crossroads.testing import provider_conformance

TestGiteeAi = provider_conformance("gitee-ai")
