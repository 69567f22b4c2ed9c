from crossroads.testing import provider_conformance

TestBlockrun = provider_conformance("blockrun")
