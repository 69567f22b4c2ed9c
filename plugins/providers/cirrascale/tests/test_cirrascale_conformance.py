from crossroads.testing import provider_conformance

TestCirrascale = provider_conformance("cirrascale")
