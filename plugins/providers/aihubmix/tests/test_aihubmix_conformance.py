from crossroads.testing import provider_conformance

TestAihubmix = provider_conformance("aihubmix")
