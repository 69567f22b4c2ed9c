from crossroads.testing import provider_conformance

TestNlpCloud = provider_conformance("nlp-cloud")
