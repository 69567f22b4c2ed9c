from crossroads.testing import provider_conformance

TestVolcengine = provider_conformance("volcengine")
