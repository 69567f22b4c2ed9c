from crossroads.testing import provider_conformance

TestDeepinfra = provider_conformance("deepinfra")
