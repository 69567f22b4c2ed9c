from crossroads.testing import provider_conformance

TestSynthorai = provider_conformance("synthorai")
