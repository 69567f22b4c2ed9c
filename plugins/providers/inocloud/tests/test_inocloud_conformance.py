from crossroads.testing import provider_conformance

TestInocloud = provider_conformance("inocloud")
