from crossroads.testing import provider_conformance

TestAbacus = provider_conformance("abacus")
