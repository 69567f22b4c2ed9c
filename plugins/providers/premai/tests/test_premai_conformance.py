from crossroads.testing import provider_conformance

TestPremai = provider_conformance("premai")
