from crossroads.testing import provider_conformance

TestAnspire = provider_conformance("anspire")
