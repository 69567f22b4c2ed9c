from crossroads.testing import provider_conformance

TestAssemblyAI = provider_conformance("assemblyai")
