from crossroads.testing import provider_conformance

TestLilac = provider_conformance("lilac")
