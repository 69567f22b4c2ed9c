from crossroads.testing import provider_conformance

TestPipeshift = provider_conformance("pipeshift")
