from crossroads.testing import provider_conformance

TestAuriko = provider_conformance("auriko")
