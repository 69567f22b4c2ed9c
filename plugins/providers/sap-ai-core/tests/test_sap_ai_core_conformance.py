from crossroads.testing import provider_conformance

TestSapAiCore = provider_conformance("sap-ai-core")
