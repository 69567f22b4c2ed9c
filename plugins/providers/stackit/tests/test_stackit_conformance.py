from crossroads.testing import provider_conformance

TestStackit = provider_conformance("stackit")
