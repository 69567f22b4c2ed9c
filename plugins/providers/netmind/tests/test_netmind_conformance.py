from crossroads.testing import provider_conformance

TestNetmind = provider_conformance("netmind")
