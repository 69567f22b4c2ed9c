from crossroads.testing import provider_conformance

TestWandb = provider_conformance("wandb")
