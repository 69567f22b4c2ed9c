from crossroads.testing import provider_conformance

TestZerogpu = provider_conformance("zerogpu")
