from crossroads.testing import provider_conformance

TestAnyscale = provider_conformance("anyscale")
