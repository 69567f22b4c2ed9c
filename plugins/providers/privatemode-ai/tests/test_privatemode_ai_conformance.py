from crossroads.testing import provider_conformance

TestPrivatemodeAi = provider_conformance("privatemode-ai")
