from crossroads.testing import provider_conformance

TestCivitai = provider_conformance("civitai")
