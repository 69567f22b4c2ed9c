from crossroads.testing import provider_conformance

TestSagg = provider_conformance("sagg")
