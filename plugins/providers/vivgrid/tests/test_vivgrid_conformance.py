from crossroads.testing import provider_conformance

TestVivgrid = provider_conformance("vivgrid")
