from crossroads.testing import provider_conformance

TestRunway = provider_conformance("runway")
