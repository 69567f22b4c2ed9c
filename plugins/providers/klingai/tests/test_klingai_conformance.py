from crossroads.testing import provider_conformance

TestKlingai = provider_conformance("klingai")
