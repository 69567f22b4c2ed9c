from crossroads.testing import provider_conformance

TestXiaomi = provider_conformance("xiaomi")
