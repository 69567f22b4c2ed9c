from crossroads.testing import provider_conformance

TestBlueclaw = provider_conformance("blueclaw")
