from crossroads.testing import provider_conformance

TestOpencode = provider_conformance("opencode")
