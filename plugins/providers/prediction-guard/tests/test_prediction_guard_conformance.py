from crossroads.testing import provider_conformance

TestPredictionGuard = provider_conformance("prediction-guard")
