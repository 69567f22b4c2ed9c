from crossroads.testing import provider_conformance

TestLlamafile = provider_conformance("llamafile")
