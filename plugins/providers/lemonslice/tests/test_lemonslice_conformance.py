from crossroads.testing import provider_conformance

TestLemonslice = provider_conformance("lemonslice")
