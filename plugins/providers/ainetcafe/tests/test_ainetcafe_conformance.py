from crossroads.testing import provider_conformance

TestAinetcafe = provider_conformance("ainetcafe")
