from crossroads.testing import provider_conformance

TestOpenreason = provider_conformance("openreason")
