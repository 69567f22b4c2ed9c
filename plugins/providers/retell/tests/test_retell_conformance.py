from crossroads.testing import provider_conformance

TestRetell = provider_conformance("retell")
