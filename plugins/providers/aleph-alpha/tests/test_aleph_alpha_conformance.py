from crossroads.testing import provider_conformance

TestAlephAlpha = provider_conformance("aleph-alpha")
