from crossroads.testing import provider_conformance

TestRelaxai = provider_conformance("relaxai")
