from crossroads.testing import provider_conformance

TestOpeninference = provider_conformance("openinference")
