from crossroads.testing import provider_conformance

TestWriter = provider_conformance("writer")
