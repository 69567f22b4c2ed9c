from crossroads.testing import provider_conformance

TestUnsloth = provider_conformance("unsloth")
