from crossroads.testing import provider_conformance

TestClaudePlatformOnAws = provider_conformance("claude-platform-on-aws")
