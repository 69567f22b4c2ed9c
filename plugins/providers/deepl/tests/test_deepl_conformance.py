from crossroads.testing import provider_conformance

TestDeepl = provider_conformance("deepl")
