from crossroads.testing import provider_conformance

TestRevai = provider_conformance("revai")
