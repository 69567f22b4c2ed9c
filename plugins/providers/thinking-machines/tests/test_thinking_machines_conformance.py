from crossroads.testing import provider_conformance

TestThinkingMachines = provider_conformance("thinking-machines")
