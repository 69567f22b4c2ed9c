from crossroads.testing import provider_conformance

TestCrofai = provider_conformance("crofai")
