from crossroads.testing import provider_conformance

TestJina = provider_conformance("jina")
