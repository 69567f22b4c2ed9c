from crossroads.testing import provider_conformance

TestSourceful = provider_conformance("sourceful")
