from crossroads.testing import provider_conformance

TestValyu = provider_conformance("valyu")
