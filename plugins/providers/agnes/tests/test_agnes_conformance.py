from crossroads.testing import provider_conformance

TestAgnes = provider_conformance("agnes")
