from crossroads.testing import provider_conformance

TestSubmodel = provider_conformance("submodel")
