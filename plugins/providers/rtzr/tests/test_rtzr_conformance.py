from crossroads.testing import provider_conformance

TestRtzr = provider_conformance("rtzr", settings={"exchange": False})
