from crossroads.testing import provider_conformance

TestInception = provider_conformance("inception")
