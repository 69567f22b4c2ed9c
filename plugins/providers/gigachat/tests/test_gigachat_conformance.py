from crossroads.testing import provider_conformance

TestGigachat = provider_conformance("gigachat")
