from crossroads.testing import provider_conformance

TestModelrun = provider_conformance("modelrun")
