from crossroads.testing import provider_conformance

TestFuturmix = provider_conformance("futurmix")
