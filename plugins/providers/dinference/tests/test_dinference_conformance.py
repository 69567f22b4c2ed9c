from crossroads.testing import provider_conformance

TestDinference = provider_conformance("dinference")
