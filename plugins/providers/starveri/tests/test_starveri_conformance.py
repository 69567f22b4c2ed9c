from crossroads.testing import provider_conformance

TestStarveri = provider_conformance("starveri")
