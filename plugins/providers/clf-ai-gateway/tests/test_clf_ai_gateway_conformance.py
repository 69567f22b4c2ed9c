from crossroads.testing import provider_conformance

TestClfAiGateway = provider_conformance("clf-ai-gateway")
