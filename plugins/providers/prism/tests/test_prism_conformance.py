from crossroads.testing import provider_conformance

TestPrism = provider_conformance("prism")
