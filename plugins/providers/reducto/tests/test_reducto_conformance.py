from crossroads.testing import provider_conformance

TestReducto = provider_conformance("reducto")
