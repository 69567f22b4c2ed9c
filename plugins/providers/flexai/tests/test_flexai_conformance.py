from crossroads.testing import provider_conformance

TestFlexai = provider_conformance("flexai")
