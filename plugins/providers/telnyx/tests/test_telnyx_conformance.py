from crossroads.testing import provider_conformance

TestTelnyx = provider_conformance("telnyx")
