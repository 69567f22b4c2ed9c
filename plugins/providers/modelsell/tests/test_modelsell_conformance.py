from crossroads.testing import provider_conformance

TestModelsell = provider_conformance("modelsell")
