from crossroads.testing import provider_conformance

TestYou = provider_conformance("you")
