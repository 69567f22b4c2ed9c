from crossroads.testing import provider_conformance

TestMindee = provider_conformance("mindee")
