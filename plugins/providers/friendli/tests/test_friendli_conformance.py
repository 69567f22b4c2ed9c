from crossroads.testing import provider_conformance

TestFriendli = provider_conformance("friendli")
