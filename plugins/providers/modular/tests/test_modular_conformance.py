from crossroads.testing import provider_conformance

TestModular = provider_conformance("modular")
