from crossroads.testing import provider_conformance

TestGoogleAIStudio = provider_conformance("google-ai-studio")
