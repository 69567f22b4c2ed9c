from crossroads.testing import provider_conformance

TestUbicloud = provider_conformance("ubicloud")
