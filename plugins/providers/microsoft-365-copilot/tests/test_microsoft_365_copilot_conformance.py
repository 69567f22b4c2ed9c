from crossroads.testing import provider_conformance

TestMicrosoft365Copilot = provider_conformance("microsoft-365-copilot")
