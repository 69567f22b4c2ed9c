from crossroads.testing import provider_conformance

TestImpossibl = provider_conformance("impossibl")
