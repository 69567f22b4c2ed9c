from crossroads.testing import provider_conformance

TestAssemblyai = provider_conformance("assemblyai")
