from crossroads.testing import provider_conformance

TestHpcAi = provider_conformance("hpc-ai")
