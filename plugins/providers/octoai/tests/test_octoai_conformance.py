from crossroads.testing import provider_conformance

TestOctoai = provider_conformance("octoai")
